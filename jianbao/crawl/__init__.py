"""A crawl: what it fetches, the run, its process, its way to the archive, its report."""
