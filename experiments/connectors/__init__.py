"""The model for those who know the EMA Workbench or Mesa."""
