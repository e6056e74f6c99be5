"""An article's page of any site, read by whatever reads it best."""

from spiders.readers.any_article.chain import Layout, read_any_article

__all__ = ["Layout", "read_any_article"]
