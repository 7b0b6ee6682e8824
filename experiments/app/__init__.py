"""The page in the browser: worlds played in processes, panels, a seat at the table."""
