//! `GET_COMMAND_METADATA` (MS-PSRP 2.2.2.14).

use super::fields::Fields;
use crate::psrp::{
    PsrpError,
    clixml::{Object, Value},
};

/// What a command is (2.2.3.19), of those that an endpoint can offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// A function. Also what a constrained endpoint makes of a cmdlet whose parameters it restricts.
    Function,
    /// A cmdlet.
    Cmdlet,
}

impl CommandKind {
    /// Its flag.
    pub fn code(self) -> i32 {
        match self {
            Self::Function => 2,
            Self::Cmdlet => 8,
        }
    }

    /// Its value on the wire.
    pub(super) fn to_value(self) -> Value {
        let name = match self {
            Self::Function => "Function",
            Self::Cmdlet => "Cmdlet",
        };
        kinds(self.code(), name)
    }
}

fn kinds(code: i32, name: &str) -> Value {
    Object::of_enum("System.Management.Automation.CommandTypes", code, name).into()
}

/// Which commands a client wants described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandQuery {
    /// Wildcard patterns of names.
    pub names: Vec<String>,
    /// The flags of [`CommandKind::code`] that are asked for; others may be set.
    pub kinds: i64,
    /// Wildcard patterns of modules; with none every module is meant.
    pub modules: Vec<String>,
}

impl CommandQuery {
    /// Cmdlets and functions with these names, each of which may be a wildcard pattern.
    pub fn of(names: &[String]) -> Self {
        let kinds = i64::from(CommandKind::Function.code() | CommandKind::Cmdlet.code());
        Self { names: names.to_vec(), kinds, modules: Vec::new() }
    }

    /// Whether a command is asked for.
    pub fn asks_for(&self, kind: CommandKind, module: &str, name: &str) -> bool {
        let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| matches(pattern, text));
        self.kinds & i64::from(kind.code()) != 0
            && any(&self.names, name)
            && (self.modules.is_empty() || any(&self.modules, module))
    }

    /// The names without a wildcard: who names a command so is told if there is none.
    pub fn exact(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| !name.contains(['*', '?', '[']))
    }

    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        let texts = |texts: &[String]| {
            let items = texts.iter().map(|text| text.as_str().into()).collect();
            let types = ["System.String[]", "System.Array", "System.Object"];
            Object { type_names: types.map(str::to_owned).to_vec(), ..Object::of_list(items) }
        };
        let both = i64::from(CommandKind::Function.code() | CommandKind::Cmdlet.code());
        let kinds = match i32::try_from(self.kinds) {
            Ok(code) if self.kinds == both => kinds(code, "Function, Cmdlet"),
            Ok(code) => kinds(code, &code.to_string()),
            Err(_) => Value::I64(self.kinds),
        };
        let modules = (!self.modules.is_empty()).then(|| texts(&self.modules));
        Object::default()
            .note("Name", texts(&self.names))
            .note("CommandType", kinds)
            .note("Namespace", modules)
            .note("ArgumentList", Value::Null)
            .into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let texts = |name: &str| -> Result<Vec<String>, PsrpError> {
            let Some(value) = fields.optional(name) else { return Ok(Vec::new()) };
            // PowerShell itself takes one text for a list of one.
            let items = value.items().unwrap_or(std::slice::from_ref(value));
            let texts: Option<Vec<_>> = items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
            texts.ok_or_else(|| fields.fault(format!("{name} is no list of texts")))
        };
        let mut names = texts("Name")?;
        if names.is_empty() {
            names.push("*".to_owned());
        }
        let mut modules = texts("Namespace")?;
        modules.retain(|module| !module.is_empty());
        Ok(Self { names, kinds: fields.long("CommandType")?, modules })
    }
}

/// Wildcards of PowerShell (2.2.3.20), without regard to case: `*` is any text, `?` any character, `[a-c]`
/// one of several, a backtick takes the meaning of the next away.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match step(&pattern[at..], text[seen]) {
            Step::Any => {
                star = Some((at + 1, seen));
                at += 1;
            }
            Step::One(length) => {
                at += length;
                seen += 1;
            }
            Step::No => match &mut star {
                // The last star takes one character more; those before it have what they need.
                Some((after, taken)) => {
                    *taken += 1;
                    (at, seen) = (*after, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

enum Step {
    /// A star.
    Any,
    /// This many characters of the pattern match one of the text.
    One(usize),
    No,
}

fn step(pattern: &[char], next: char) -> Step {
    match pattern {
        ['*', ..] => Step::Any,
        ['?', ..] => Step::One(1),
        ['`', plain, ..] if *plain == next => Step::One(2),
        ['`', _, ..] => Step::No,
        ['[', rest @ ..] => match rest.iter().position(|end| *end == ']') {
            Some(end) if one_of(&rest[..end], next) => Step::One(end + 2),
            _ => Step::No,
        },
        [plain, ..] if *plain == next => Step::One(1),
        _ => Step::No,
    }
}

fn one_of(set: &[char], next: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&next) || one_of(rest, next),
        [one, rest @ ..] => *one == next || one_of(rest, next),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_are_those_of_powershell() {
        let yes = [
            ("*", ""),
            ("get-cs*", "Get-CsService"),
            ("*-Lf*n", "Start-LfOperation"),
            ("*a*b*c", "xaxbbxc"),
            ("Get-C?Pool", "get-cspool"),
            ("[f-h]et-CsPool", "Get-CsPool"),
            ("[gs]et-*", "Set-CsEdgeServer"),
            ("a`*b", "A*B"),
        ];
        for (pattern, text) in yes {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        let no = [
            ("", "a"),
            ("?", ""),
            ("Get-Cs", "Get-CsPool"),
            ("*-Lf*x", "Start-LfOperation"),
            ("[f-h]et", "Set"),
            ("[g", "g"),
            ("a`*b", "axb"),
            ("a`", "a"),
        ];
        for (pattern, text) in no {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
