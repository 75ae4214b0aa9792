//! A command line as an operator writes it: elements with `{name}` placeholders, never a shell.

use std::ffi::OsString;
use std::path::Path;

use super::binding::{BindError, Bound};

/// Programs whose argument after `-c` is a script.
const SHELLS: [&str; 7] = ["sh", "bash", "dash", "zsh", "ksh", "ash", "fish"];

/// A program and its arguments.
#[derive(Debug)]
pub(super) struct CommandTemplate {
    program: String,
    arguments: Vec<Element>,
}

/// One argument, however long and whatever it contains.
type Element = Vec<Piece>;

#[derive(PartialEq, Eq, Debug)]
enum Piece {
    Literal(String),
    Parameter(String),
}

impl CommandTemplate {
    /// Reads a template whose placeholders are all known to `has`.
    ///
    /// # Errors
    /// What is wrong with which element, and what to write instead.
    pub(super) fn parse(elements: &[String], has: impl Fn(&str) -> bool) -> Result<Self, String> {
        let mut parsed = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let pieces =
                parse_element(element).map_err(|problem| format!("element {index}: {problem}"))?;
            if let Some(name) = names(&pieces).find(|name| !has(name)) {
                return Err(format!(
                    "element {index} uses `{{{name}}}`: define it in a table parameters.{name}, \
                     or write {{{{ and }}}} for braces"
                ));
            }
            parsed.push(pieces);
        }
        let mut parsed = parsed.into_iter();
        let program = match parsed.next().as_deref() {
            Some([Piece::Literal(program)]) => program.clone(),
            Some([]) | None => return Err("name a program as its first element".to_owned()),
            Some(_) => return Err("the program itself must not be a parameter".to_owned()),
        };
        let arguments: Vec<Element> = parsed.collect();
        refuse_scripts_with_parameters(&program, &arguments)?;
        Ok(Self { program, arguments })
    }

    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// The arguments with the parameters in their places.
    ///
    /// # Errors
    /// A free parameter begins an argument with `-`, and `allow_dash` is not set.
    pub(super) fn expand(
        &self,
        bound: &Bound,
        allow_dash: bool,
    ) -> Result<Vec<OsString>, BindError> {
        self.arguments.iter().map(|element| expand(element, bound, allow_dash)).collect()
    }
}

fn expand(element: &Element, bound: &Bound, allow_dash: bool) -> Result<OsString, BindError> {
    let mut argument = OsString::new();
    for piece in element {
        let name = match piece {
            Piece::Literal(text) => {
                argument.push(text);
                continue;
            }
            Piece::Parameter(name) => name,
        };
        let value = bound.get(name).ok_or_else(|| BindError::Missing { name: name.clone() })?;
        let begins_with_dash = value.text.as_encoded_bytes().first() == Some(&b'-');
        if argument.is_empty() && begins_with_dash && value.is_free && !allow_dash {
            return Err(BindError::LeadingDash { name: name.clone() });
        }
        argument.push(&value.text);
    }
    Ok(argument)
}

fn parse_element(element: &str) -> Result<Element, String> {
    if element.contains('\0') {
        return Err("must not contain the character NUL".to_owned());
    }
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = element;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let (brace, after) = rest[at..].split_at(1);
        if let Some(escaped) = after.strip_prefix(brace) {
            literal.push_str(brace);
            rest = escaped;
            continue;
        }
        let name = (brace == "{").then(|| after.split_once('}')).flatten();
        let Some((name, after)) = name else {
            return Err("has a single brace: write {{ or }} for a brace itself".to_owned());
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Parameter(name.to_owned()));
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn names(element: &Element) -> impl Iterator<Item = &str> {
    element.iter().filter_map(|piece| match piece {
        Piece::Literal(_) => None,
        Piece::Parameter(name) => Some(name.as_str()),
    })
}

/// A parameter inside a script would be read as code.
fn refuse_scripts_with_parameters(program: &str, arguments: &[Element]) -> Result<(), String> {
    let name = Path::new(program).file_name().and_then(|name| name.to_str());
    if !name.is_some_and(|name| SHELLS.contains(&name)) {
        return Ok(());
    }
    let is_script_flag = |element: &Element| match element.as_slice() {
        [Piece::Literal(flag)] => {
            flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c')
        }
        _ => false,
    };
    let script = arguments.iter().skip_while(|element| !is_script_flag(element)).nth(1);
    match script.and_then(|script| names(script).next()) {
        None => Ok(()),
        Some(parameter) => Err(format!(
            "puts `{{{parameter}}}` into a shell script, where it would be run as code: pass it \
             after the script and use it there as \"$1\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(elements: &[&str], says: &str) {
        let elements: Vec<String> = elements.iter().map(|text| (*text).to_owned()).collect();
        let problem = CommandTemplate::parse(&elements, |name| name == "x").unwrap_err();
        assert!(problem.contains(says), "{elements:?}: {problem}");
    }

    #[test]
    fn an_element_is_literals_and_placeholders() {
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let parameter = |name: &str| Piece::Parameter(name.to_owned());
        let table = [
            ("", vec![]),
            ("plain", vec![literal("plain")]),
            ("{x}", vec![parameter("x")]),
            ("a{x}b{y}", vec![literal("a"), parameter("x"), literal("b"), parameter("y")]),
            ("{{x}}", vec![literal("{x}")]),
            ("{{{x}}}", vec![literal("{"), parameter("x"), literal("}")]),
        ];
        for (element, pieces) in table {
            assert_eq!(parse_element(element).unwrap(), pieces, "{element}");
        }
    }

    #[test]
    fn a_template_that_cannot_be_meant_is_refused() {
        refused(&[], "name a program");
        refused(&[""], "name a program");
        refused(&["{x}"], "must not be a parameter");
        refused(&["echo", "{y}"], "element 1 uses `{y}`");
        refused(&["echo", "{x"], "single brace");
        refused(&["echo", "x}"], "single brace");
        refused(&["echo", "a\0b"], "NUL");
    }

    #[test]
    fn a_parameter_never_becomes_part_of_a_shell_script() {
        refused(&["sh", "-c", "echo {x}"], "run as code");
        refused(&["/bin/bash", "-eu", "-ec", "echo {x}"], "run as code");
        let positional = ["sh", "-c", "echo \"$1\"", "sh", "{x}"].map(str::to_owned);
        assert!(CommandTemplate::parse(&positional, |name| name == "x").is_ok());
    }
}
