"""Reading a page is a pure function: text and URL in, records out; no network, clock or database."""
