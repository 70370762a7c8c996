//! Tags of the scheme BIO, also known as IOB2 (Tjong Kim Sang and Veenstra 1999): `B-type` begins an entity, `I-type`
//! goes on with it, `O` is outside of all.

/// An entity within a sequence of tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntitySpan<'a> {
    /// First place.
    pub start: usize,
    /// One past its last place.
    pub end: usize,
    /// Type, such as `product`.
    pub kind: &'a str,
}

/// The tag outside of all entities.
pub const OUTSIDE: &str = "O";

/// A tag taken apart.
#[derive(Debug, Clone, Copy)]
enum Tag<'a> {
    Outside,
    Begin(&'a str),
    Inside(&'a str),
}

impl<'a> Tag<'a> {
    fn parse(tag: &'a str) -> Option<Self> {
        match tag.split_once('-') {
            Some(("B", kind)) if !kind.is_empty() => Some(Self::Begin(kind)),
            Some(("I", kind)) if !kind.is_empty() => Some(Self::Inside(kind)),
            None if tag == OUTSIDE => Some(Self::Outside),
            _ => None,
        }
    }
}

/// Whether it is `O`, or `B-` or `I-` and a type.
pub fn is_tag(tag: &str) -> bool {
    Tag::parse(tag).is_some()
}

/// The entities of one sequence of tags, from left to right.
///
/// A tag `I-type` that does not go on with an entity of its type starts one, so that a model is not charged twice for a
/// confused `B` and `I`.
///
/// # Errors
/// The place of a tag that is neither `O` nor `B-` or `I-` and a type.
pub fn entity_spans<'a>(tags: &[&'a str]) -> Result<Vec<EntitySpan<'a>>, usize> {
    let mut spans: Vec<EntitySpan> = Vec::new();
    for (place, &tag) in tags.iter().enumerate() {
        let (kind, starts) = match Tag::parse(tag).ok_or(place)? {
            Tag::Outside => continue,
            Tag::Begin(kind) => (kind, true),
            Tag::Inside(kind) => (kind, false),
        };
        match spans.last_mut() {
            Some(span) if !starts && span.end == place && span.kind == kind => span.end += 1,
            _ => spans.push(EntitySpan {
                start: place,
                end: place + 1,
                kind,
            }),
        }
    }
    Ok(spans)
}

/// The same entities with every first tag a `B-`.
pub fn with_beginnings(tags: &mut [String]) {
    for place in 0..tags.len() {
        let Some(kind) = tags[place].strip_prefix("I-") else {
            continue;
        };
        let goes_on = place > 0
            && tags[place - 1]
                .split_once('-')
                .is_some_and(|(_, before)| before == kind);
        if !goes_on {
            tags[place] = format!("B-{kind}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_that_begins_with_an_inside_gets_a_beginning() {
        let given = "I-a I-a O I-b B-a I-b I-b B-b I-b";
        let mut tags: Vec<String> = given.split(' ').map(String::from).collect();
        let borrowed: Vec<&str> = given.split(' ').collect();
        let before = entity_spans(&borrowed).unwrap();
        with_beginnings(&mut tags);
        assert_eq!(tags.join(" "), "B-a I-a O B-b B-a B-b I-b B-b I-b");
        let after: Vec<&str> = tags.iter().map(String::as_str).collect();
        assert_eq!(entity_spans(&after).unwrap(), before);
    }

    #[test]
    fn only_bio_tags_are_tags() {
        for tag in ["O", "B-x", "I-x-y"] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in ["", "o", "B", "B-", "I-", "E-x", "O-x", "x"] {
            assert!(!is_tag(tag), "{tag}");
        }
    }
}
