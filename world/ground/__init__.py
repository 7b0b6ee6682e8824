"""What no run changes: distances, time under way, growth and volatility, rules from attributes."""
