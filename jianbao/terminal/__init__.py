"""What a person at a terminal meets: tables, progress, differences, charts, logs."""
