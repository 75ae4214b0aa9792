//! What every binary needs before and around its work: settings, secrets, a data folder, logs and
//! an orderly end.
//!
//! A binary's `main` reads from top to bottom like this list: [`Settings::from_process`] says what
//! is wanted or what is wrong with it, [`DataFolder::open`] makes this the only process on its
//! data, [`logging::init`] opens the logs, and [`Shutdown::govern`] runs the service until it ends
//! or somebody wants it to end. Nothing here prints or exits: that is left to `main`.

mod bounded_file;
mod data_folder;
mod lifecycle;
pub mod logging;
mod secret;
pub mod settings;

pub use data_folder::{DataFolder, DataFolderError};
pub use lifecycle::{DRAIN_WITHIN, EXIT_WITHIN, Ending, Shutdown, Signal, Signals};
pub use secret::{Secret, random_secret};
pub use settings::{Loaded, Settings, SettingsError};
