//! JSON Schema (2020-12, as OpenAPI 3.1 takes it) in few words, with the bounds of the domains.

use std::fmt::Display;

use mission_control::kernel::{MAX_JSON_BYTES, Text};

use super::tree::{Tree, list, object};

/// A schema.
pub(super) type Schema = Tree;

/// Text with bounds that are known to the compiler.
pub(super) trait Bounded {
    /// The fewest characters.
    const SHORTEST: usize;
    /// The most characters.
    const LONGEST: usize;
}

impl<const MIN: usize, const MAX: usize> Bounded for Text<MIN, MAX> {
    const SHORTEST: usize = MIN;
    const LONGEST: usize = MAX;
}

/// One member of an object.
pub(super) struct Member {
    name: &'static str,
    schema: Schema,
    required: bool,
}

/// A member that is always there.
pub(super) fn must(name: &'static str, says: &str, schema: Schema) -> Member {
    Member { name, schema: said(schema, says), required: true }
}

/// A member of a request that may be left out, or be null, which is the same.
pub(super) fn may(name: &'static str, says: &str, schema: Schema) -> Member {
    Member { name, schema: said(or_null(schema), says), required: false }
}

/// The same with what it is when it is left out.
pub(super) fn may_else(
    name: &'static str,
    says: &str,
    schema: Schema,
    default: impl Into<Tree>,
) -> Member {
    let schema = or_null(schema).with("default", default);
    Member { name, schema: said(schema, says), required: false }
}

/// A member that may be left out but not be null.
pub(super) fn left_out(name: &'static str, says: &str, schema: Schema) -> Member {
    Member { name, schema: said(schema, says), required: false }
}

/// A member of a reply that is always there and sometimes null.
pub(super) fn nullable(name: &'static str, says: &str, schema: Schema) -> Member {
    must(name, says, or_null(schema))
}

/// A request: members that it does not know are refused.
pub(super) fn closed(says: &str, members: impl IntoIterator<Item = Member>) -> Schema {
    shape(says, members).with("additionalProperties", false)
}

/// A reply, to which members may be added in later versions.
pub(super) fn open(says: &str, members: impl IntoIterator<Item = Member>) -> Schema {
    shape(says, members)
}

/// Text within the bounds of `T`, which are counted after trimming.
pub(super) fn text<T: Bounded>() -> Schema {
    let schema = typed("string");
    let schema = match T::SHORTEST {
        0 => schema,
        // What is trimmed away does not count.
        shortest => schema.with("minLength", shortest as u64).with("pattern", r"\S"),
    };
    schema.with("maxLength", T::LONGEST as u64)
}

/// Any text.
pub(super) fn string() -> Schema {
    typed("string")
}

/// Text of a form that JSON Schema has a name for.
pub(super) fn formatted(format: &str) -> Schema {
    typed("string").with("format", format)
}

/// Text that a regular expression describes.
pub(super) fn matching(pattern: &str) -> Schema {
    typed("string").with("pattern", pattern)
}

/// One of a closed set of words.
pub(super) fn one_of<T: Display>(words: &[T]) -> Schema {
    typed("string").with("enum", list(words.iter().map(ToString::to_string)))
}

/// This word and no other.
pub(super) fn just(word: &str) -> Schema {
    typed("string").with("const", word)
}

/// `true` or `false`.
pub(super) fn flag() -> Schema {
    typed("boolean")
}

/// A whole number in a range.
pub(super) fn whole(from: u64, to: u64) -> Schema {
    typed("integer").with("minimum", from).with("maximum", to)
}

/// A whole number of 0 or more.
pub(super) fn count() -> Schema {
    typed("integer").with("minimum", 0_u64)
}

/// A number in a range.
pub(super) fn number(from: f64, to: f64) -> Schema {
    typed("number").with("minimum", from).with("maximum", to)
}

/// A number of 0 or more.
pub(super) fn amount() -> Schema {
    typed("number").with("minimum", 0.0)
}

/// Any number of entries.
pub(super) fn array(items: Schema) -> Schema {
    typed("array").with("items", items)
}

/// At most so many entries.
pub(super) fn at_most(most: usize, items: Schema) -> Schema {
    array(items).with("maxItems", most as u64)
}

/// From one entry up to so many.
pub(super) fn some(most: usize, items: Schema) -> Schema {
    array(items).with("minItems", 1_u64).with("maxItems", most as u64)
}

/// An object with one schema for all its members.
pub(super) fn map(values: Schema) -> Schema {
    typed("object").with("additionalProperties", values)
}

/// Whatever JSON a client makes up.
pub(super) fn free() -> Schema {
    let says = format!(
        "Any JSON value, at most {MAX_JSON_BYTES} bytes and 64 levels deep; given back as it came."
    );
    object([("description", says)].map(|(name, text)| (name, Tree::Text(text))))
}

/// One of several.
pub(super) fn either(schemas: impl IntoIterator<Item = Schema>) -> Schema {
    object([("oneOf", Tree::List(schemas.into_iter().collect()))])
}

/// A shape by its name.
pub(super) fn named(shape: &str) -> Schema {
    object([("$ref", format!("#/components/schemas/{shape}"))].map(|(k, v)| (k, Tree::Text(v))))
}

/// The same, or null.
pub(super) fn or_null(schema: Schema) -> Schema {
    let Tree::Object(members) = &schema else { return schema };
    if schema.get("$ref").is_some() || schema.get("oneOf").is_some() {
        return object([("anyOf", Tree::List(vec![schema, typed("null")]))]);
    }
    let widen = |(name, value): &(String, Tree)| {
        let value = match (name.as_str(), value) {
            ("type", Tree::Text(one)) => list([one.as_str(), "null"]),
            ("enum", Tree::List(words)) => {
                Tree::List(words.iter().cloned().chain([Tree::Null]).collect())
            }
            (_, value) => value.clone(),
        };
        (name.clone(), value)
    };
    object(members.iter().map(widen))
}

/// The same with a sentence about it, in place of the one it has.
pub(super) fn said(schema: Schema, says: &str) -> Schema {
    let members =
        schema.members().iter().filter(|(name, _)| says.is_empty() || name != "description");
    let rest = object(members.cloned());
    if says.is_empty() { rest } else { rest.with("description", says) }
}

fn shape(says: &str, members: impl IntoIterator<Item = Member>) -> Schema {
    let members: Vec<Member> = members.into_iter().collect();
    let required: Vec<&str> =
        members.iter().filter(|member| member.required).map(|member| member.name).collect();
    let schema = typed("object").with("description", says);
    let schema = if required.is_empty() { schema } else { schema.with("required", list(required)) };
    let properties = members.into_iter().map(|member| (member.name, member.schema));
    schema.with("properties", object(properties))
}

fn typed(kind: &str) -> Schema {
    object([("type", Tree::from(kind))])
}
