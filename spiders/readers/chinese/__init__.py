"""Articles read from Chinese newspapers' pages of which nothing is declared: by structure and wording alone.

No rule here names a site: what is said of elements is said of the words that all publishing systems use in
their names, and what is said of lines of the words that all papers print.
"""
