"""What many runs say: sensitivity, boxes, tipping maps, differences by a lever."""
