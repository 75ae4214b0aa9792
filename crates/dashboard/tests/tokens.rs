//! The colours of the page: what they were made of, and whether they can be told apart from what
//! they stand on.

mod colour;

use std::collections::HashMap;

use colour::{Oklch, Rgb, contrast};

const TOKENS: &str = include_str!("../web/styles/tokens.css");

/// What text stands on.
const GROUNDS: [&str; 4] = ["bg", "surface-1", "surface-2", "surface-3"];
/// WCAG 2.2, 1.4.3: text of any size.
const TEXT: f64 = 4.5;
/// WCAG 2.2, 1.4.11: borders of controls.
const SHAPE: f64 = 3.0;

/// One token in both themes.
#[derive(Clone, Copy, Debug)]
struct Token {
    light: Rgb,
    dark: Rgb,
}

/// A name, its colours, and what each was made of, light before dark.
type Row = (&'static str, Token, Option<(&'static str, &'static str)>);

/// `--name: light-dark(#light, #dark);`, and what stands in the comment behind it.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for line in TOKENS.lines() {
        let Some((name, rest)) = line.trim().split_once(": light-dark(") else { continue };
        let (colours, comment) = rest.split_once(");").expect("a declaration on one line");
        let (light, dark) = colours.split_once(", ").expect("two colours");
        let token = Token { light: Rgb::parse(light), dark: Rgb::parse(dark) };
        let made_of = comment.trim().strip_prefix("/* ").and_then(|it| it.strip_suffix(" */"));
        let made_of = made_of.and_then(|it| it.split_once(" | "));
        rows.push((name.trim_start_matches("--"), token, made_of));
    }
    rows
}

#[test]
fn every_colour_is_what_it_says_it_was_made_of() {
    let rows = rows();
    assert!(rows.len() > 40, "{}", rows.len());
    for (name, token, made_of) in rows {
        let Some((light, dark)) = made_of else {
            assert!(name.ends_with("-tint"), "{name} says nothing of what it was made of");
            continue;
        };
        for (theme, source, is) in [("light", light, token.light), ("dark", dark, token.dark)] {
            let made = Oklch::parse(source).to_rgb();
            let made = made.unwrap_or_else(|| panic!("{name}, {theme}: {source} is out of gamut"));
            assert!(made.is_close_to(is), "{name}, {theme}: {source} is {made:?}, not {is:?}");
        }
    }
}

#[test]
fn every_colour_can_be_read_on_what_it_stands_on() {
    let tokens: HashMap<_, _> = rows().into_iter().map(|(name, token, _)| (name, token)).collect();
    for theme in ["light", "dark"] {
        let colour = |name: &str| {
            let token: &Token = tokens.get(name).unwrap_or_else(|| panic!("no {name}"));
            if theme == "light" { token.light } else { token.dark }
        };
        let check = |above: &str, below: &str, least: f64| {
            let got = contrast(colour(above), colour(below));
            assert!(got >= least, "{theme}: {above} on {below} is {got:.2}, not {least}");
        };
        for name in tokens.keys() {
            let least = match *name {
                "line-strong" => SHAPE,
                "text" | "text-2" | "text-3" | "ink" | "focus" => TEXT,
                _ if name.ends_with("-tint") => continue,
                _ if ["st-", "pr-", "he-", "ti-"].iter().any(|it| name.starts_with(it)) => TEXT,
                _ => continue,
            };
            GROUNDS.iter().for_each(|ground| check(name, ground, least));
            if name.starts_with("st-") {
                check(name, &format!("{name}-tint"), TEXT);
                check("ink-on", name, TEXT);
            }
        }
        check("ink-on", "ink", TEXT);
        check("text", "st-failed-tint", TEXT);
    }
}

#[test]
fn no_other_style_sheet_names_a_colour() {
    for file in mission_control_dashboard::files() {
        if !file.path.ends_with(".css") || file.path == "styles/tokens.css" {
            continue;
        }
        let text = std::str::from_utf8(file.plain).unwrap();
        for (number, line) in text.lines().enumerate() {
            let hex = line.split('#').skip(1).any(|rest| {
                rest.len() >= 3 && rest.bytes().take(3).all(|byte| byte.is_ascii_hexdigit())
            });
            let function = ["rgb(", "rgba(", "hsl(", "oklch("].iter().any(|it| line.contains(it));
            assert!(!hex && !function, "{}:{}: {line}", file.path, number + 1);
        }
    }
}
