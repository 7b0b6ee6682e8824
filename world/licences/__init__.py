"""Export licences: offices and their queues, exporters who are few, users whom a licence turns away."""
