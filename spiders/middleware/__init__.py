"""What stands between the spider and the network: manners, limits, and what is believed."""
