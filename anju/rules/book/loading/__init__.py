"""The parts of a rulebook as records: inputs and parameters, steps and conditions, and what every part says alike."""
