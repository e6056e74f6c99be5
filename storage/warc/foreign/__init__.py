"""WARC files that others wrote: unpacked, taken apart and checked, whatever wrote them."""
