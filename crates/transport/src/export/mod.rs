//! Missions as a file of any size, written while it is read.
//!
//! [`Format`] says how a file looks, [`csv`] how a cell does; [`pages`] turns a list into a body
//! that holds one page of it at a time.

mod csv;
mod pages;

use http::HeaderValue;
use mission_control::Shown;
use mission_control::kernel::{Timestamp, closed_words};
use mission_control_wire::{EncodeError, to_bytes, write_mission};

use crate::show;

pub(crate) use pages::{FIRST_ROWS, Page, body};

closed_words! {
    /// How the file looks.
    Format, "invalid_format",
    "must be csv, json or ndjson",
    {
        /// RFC 4180: a row for each mission under a row of names.
        Csv = "csv",
        /// One document.
        Json = "json",
        /// One mission a line.
        Ndjson = "ndjson",
    }
}

/// A file that is being written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    format: Format,
    began: Timestamp,
    written: u64,
}

impl Format {
    /// Its media type.
    pub(crate) const fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        })
    }
}

impl Writer {
    /// Nothing is written yet of a file that begins at `began`.
    pub(crate) const fn new(format: Format, began: Timestamp) -> Self {
        Self { format, began, written: 0 }
    }

    /// What stands before the first mission.
    pub(crate) fn begin(&self) -> Vec<u8> {
        match self.format {
            Format::Csv => csv::header(),
            Format::Json => b"{\"missions\":[".to_vec(),
            Format::Ndjson => Vec::new(),
        }
    }

    /// Appends missions.
    ///
    /// # Errors
    /// A stored value is no JSON.
    pub(crate) fn append(&mut self, out: &mut Vec<u8>, rows: &[Shown]) -> Result<(), EncodeError> {
        for row in rows {
            let mission = show::shown(row);
            match self.format {
                Format::Csv => csv::row(&to_bytes(&mission)?, out)?,
                Format::Json => {
                    if self.written > 0 {
                        out.push(b',');
                    }
                    write_mission(&mission, out)?;
                }
                Format::Ndjson => {
                    write_mission(&mission, out)?;
                    out.push(b'\n');
                }
            }
            self.written += 1;
        }
        Ok(())
    }

    /// What stands behind the last mission: by it a reader knows that the document is whole.
    pub(crate) fn end(&self) -> Vec<u8> {
        match self.format {
            Format::Csv | Format::Ndjson => Vec::new(),
            Format::Json => {
                let Self { written, began, .. } = self;
                format!("],\"count\":{written},\"timestamp\":\"{began}\"}}").into_bytes()
            }
        }
    }
}
