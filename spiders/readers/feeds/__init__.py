"""Readers of feeds: RSS, Atom, JSON Feed, sitemaps of news and of all else, and indexes of sitemaps."""
