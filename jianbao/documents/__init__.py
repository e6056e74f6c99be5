"""What `--json`, the API and exports say: articles, lists, searches, trends, the state of things."""
