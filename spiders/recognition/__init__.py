"""What an answer is, when nobody said: a list, a feed, an issue of a digital newspaper, an article. Pure."""
