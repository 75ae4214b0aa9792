//! The page about settings in the documentation.

use super::catalog::CATALOG;
use super::setting::Setting;

/// What stands above the table.
const HEAD: &str = "\
# Settings

A flag counts more than a variable, a variable more than the settings file. A secret is never a flag;
its variable with `_FILE` at the end names a file that holds it. A setting that does not exist is
refused, with the nearest name that does. This page is printed by a test of `crates/runtime`
(`UPDATE_GOLDEN=1` writes it anew).

| In the file | Flag | Variable | Default | Meaning |
|---|---|---|---|---|
";

/// The whole page: a Markdown table of every setting: its key, flag, variables, default and meaning.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(HEAD);
    for setting in CATALOG {
        page += &row(setting);
    }
    page
}

fn row(setting: &Setting) -> String {
    let key = if setting.in_file { code(setting.key) } else { "–".to_owned() };
    let flag = setting.flag.map_or_else(|| "–".to_owned(), |flag| code(&format!("--{flag}")));
    let variables: Vec<String> = setting.all_variables().map(|name| code(&name)).collect();
    let default = setting.default_in_words().unwrap_or_else(|| "none".to_owned());
    format!("| {key} | {flag} | {} | {default} | {} |\n", variables.join(", "), setting.help.trim())
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
