"""Stocks: private holders, their fears and expectations, goods bought ahead, the reserve within a round."""
