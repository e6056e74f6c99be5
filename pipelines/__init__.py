"""What happens to an article between page and archive: normalise, deduplicate, store."""
