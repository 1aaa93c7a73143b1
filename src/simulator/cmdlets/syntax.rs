//! Reads a syntax line: `-Name <Type>` is mandatory, `[-Name <Type>]` is not, no type means a switch.

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Switch,
    Text,
    Fqdn,
    Guid,
    Int,
    /// Cmdlets as data.
    Calls,
    Span,
    /// One of several words.
    Choice(Vec<String>),
}

/// One parameter of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) mandatory: bool,
}

/// The parameters of a syntax line.
pub(super) fn slots(line: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for part in line.split('-').skip(1) {
        // Words such as `Cs-Something` do not occur in syntax lines, so a hyphen always starts a name.
        let (head, kind) = match part.split_once('<') {
            Some((head, rest)) => (head, kind(rest.split('>').next().unwrap_or_default())),
            None => (part, Kind::Switch),
        };
        let name = head.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
        slots.push(Slot { mandatory: true, name, kind });
    }
    let optional = |slot: &Slot| line.contains(&format!("[-{}]", slot.name)) || bracketed(line, &slot.name);
    for slot in &mut slots {
        slot.mandatory = !optional(slot);
    }
    slots
}

fn bracketed(line: &str, name: &str) -> bool {
    line.contains(&format!("[-{name} <"))
}

fn kind(text: &str) -> Kind {
    match text {
        "Fqdn" => Kind::Fqdn,
        "Guid" => Kind::Guid,
        "Int32" | "Int64" => Kind::Int,
        "Hashtable[]" => Kind::Calls,
        "TimeSpan" => Kind::Span,
        choices if choices.contains('|') => {
            Kind::Choice(choices.split('|').map(|word| word.trim().to_owned()).collect())
        }
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_line_tells_what_is_mandatory() {
        let read =
            slots("-PoolFqdn <Fqdn> -Force [-Confirm] [-Category <UserData | CMS>] [-Wait <TimeSpan>]");
        let is = |name: &str, kind, mandatory| Slot { name: name.to_owned(), kind, mandatory };
        assert_eq!(
            read,
            [
                is("PoolFqdn", Kind::Fqdn, true),
                is("Force", Kind::Switch, true),
                is("Confirm", Kind::Switch, false),
                is("Category", Kind::Choice(vec!["UserData".to_owned(), "CMS".to_owned()]), false),
                is("Wait", Kind::Span, false),
            ]
        );
    }
}
