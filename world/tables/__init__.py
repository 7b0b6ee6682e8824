"""The tables of the data: how each is declared, read and checked, also when made of rows in memory."""
