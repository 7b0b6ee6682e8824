"""The mechanisms of the design, each switched off and on in pairs of runs."""
