//! How one setting may be given, and the macro that turns the table of them into a struct.

use super::words::Program;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Its name in the settings file.
    pub key: &'static str,
    /// What stands for its value in help text.
    pub value_name: &'static str,
    /// Its flag, without the dashes.
    pub flag: Option<&'static str>,
    /// Its environment variables; the first that is set counts.
    pub variables: &'static [&'static str],
    /// What is parsed when nothing is given; empty means "none".
    pub default: &'static str,
    /// What takes the place of `default` in production.
    pub default_in_production: Option<&'static str>,
    /// Whether it is hidden, and may be read from the file that `<VARIABLE>_FILE` names.
    pub secret: bool,
    /// Whether the bare flag means `true`.
    pub switch: bool,
    /// Whether the settings file may hold it.
    pub in_file: bool,
    /// Whether it means nothing to a worker of its own. Its variable and its place in the file are
    /// passed over there, for servers and workers may share both.
    pub server_only: bool,
    /// What it does, in one sentence.
    pub help: &'static str,
}

impl Setting {
    pub(super) const fn new(key: &'static str, value_name: &'static str) -> Self {
        Self {
            key,
            value_name,
            flag: None,
            variables: &[],
            default: "",
            default_in_production: None,
            secret: false,
            switch: false,
            in_file: true,
            server_only: false,
            help: "",
        }
    }

    /// A setting that other users of the machine must not see, so that it has no flag.
    pub(super) const fn secret(key: &'static str, variables: &'static [&'static str]) -> Self {
        Self { secret: true, variables, ..Self::new(key, "SECRET") }
    }

    /// A setting that is off until its flag is there.
    pub(super) const fn switch(key: &'static str) -> Self {
        Self { switch: true, default: "false", ..Self::new(key, "true|false") }
    }

    pub(super) const fn flag(self, flag: &'static str) -> Self {
        Self { flag: Some(flag), ..self }
    }

    pub(super) const fn variable(self, variables: &'static [&'static str]) -> Self {
        Self { variables, ..self }
    }

    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(super) const fn in_production(self, default: &'static str) -> Self {
        Self { default_in_production: Some(default), ..self }
    }

    pub(super) const fn never_in_file(self) -> Self {
        Self { in_file: false, ..self }
    }

    pub(super) const fn server_only(self) -> Self {
        Self { server_only: true, ..self }
    }

    pub(super) const fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }

    /// Whether this program has it on its command line and in its help.
    pub(super) const fn is_for(&self, program: Program) -> bool {
        match program {
            Program::Server => true,
            Program::Worker => !self.server_only,
        }
    }

    /// Every environment variable that is read for this setting, those that name files included.
    pub(super) fn all_variables(&self) -> impl Iterator<Item = String> {
        let secret = self.secret;
        self.variables.iter().flat_map(move |name| {
            [Some((*name).to_owned()), secret.then(|| file_variable(name))].into_iter().flatten()
        })
    }

    /// The defaults in words: "5002", or "text; json in production".
    pub(super) fn default_in_words(&self) -> Option<String> {
        match (self.default, self.default_in_production) {
            ("", None) => None,
            (always, None) => Some(always.to_owned()),
            (usual, Some(production)) => Some(format!("{usual}; {production} in production")),
        }
    }
}

/// The variable that names a file with the value of `variable`.
pub(super) fn file_variable(variable: &str) -> String {
    format!("{variable}_FILE")
}

/// Declares `Settings`, the `Draft` it grows from, a constant for each row, and the `CATALOG` of
/// all rows. The documentation of a field is also its help text.
macro_rules! declare_settings {
    ($(#[$struct_doc:meta])* pub struct Settings {
        $($(#[doc = $doc:literal])+
        $row:ident => $field:ident: $type:ty = $parse:expr, $setting:expr;)+
    }) => {
        $(#[$struct_doc])*
        #[derive(Clone, Debug)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        $(pub(super) const $row: Setting = $setting.help(concat!($($doc),+));)+

        /// Every setting, in the order of the help text.
        pub(super) const CATALOG: &[Setting] = &[$($row),+];

        /// The settings that could be parsed; what is missing has been reported as a problem.
        pub(super) struct Draft {
            $(pub(super) $field: Option<$type>,)+
        }

        impl Draft {
            pub(super) fn read(reader: &mut Reader<'_>) -> Self {
                Self { $($field: reader.read(&$row, $parse),)+ }
            }

            pub(super) fn complete(self) -> Option<Settings> {
                Some(Settings { $($field: self.$field?,)+ })
            }
        }
    };
}
pub(super) use declare_settings;
