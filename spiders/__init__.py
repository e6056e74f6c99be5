"""Where from: one spider for every kind of source, what each kind asks for, and how its pages are read."""
