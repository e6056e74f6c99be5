"""The journal: what the database knows beside the answers themselves, written into the WARC files as well.

So the database can be made again from the WARC files alone.
"""
