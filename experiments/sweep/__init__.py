"""Many runs from one design: sampled, played, kept and taken up again."""
