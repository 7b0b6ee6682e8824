"""Standing questions: an experiment, and the words in which its answer is given."""
