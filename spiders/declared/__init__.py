"""What a site's declaration may say, and how lists and articles are read by it.

A declaration is data: the tables of a source in the configuration, or a profile's file. Reading by it knows
no network, clock or database.
"""
