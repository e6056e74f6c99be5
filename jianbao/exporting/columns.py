"""The columns of tables: what `csv` and `parquet` hold of each article, in this order."""

from __future__ import annotations

from jianbao.documents.article_fields import table_columns

COLUMNS = table_columns()
