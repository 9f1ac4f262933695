"""Fine-tuning: examples, plan, packing, the Lightning modules, checkpoints and export."""
