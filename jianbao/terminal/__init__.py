"""What a person at a terminal meets: tables, progress, differences, bars, logs, exit statuses."""
