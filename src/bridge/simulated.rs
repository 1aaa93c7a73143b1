//! The bridge to the simulator.

/// A bridge to a simulated Lync organisation in this process.
pub struct SimulatedBridge;
