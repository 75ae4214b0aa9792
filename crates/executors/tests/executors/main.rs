//! The executors against real processes.

mod bench;
mod default_profile;
mod directives;
mod endings;
mod keeping;
mod leftovers;
mod output;
mod parameters;
mod profile_file;
mod surroundings;
