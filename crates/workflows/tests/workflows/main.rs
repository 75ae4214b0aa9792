//! What definitions are refused for, and how a run stands.

mod definitions;
mod runs;
