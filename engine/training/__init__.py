"""What every training run shares: processes, presets, the curve, being asked to stop."""
