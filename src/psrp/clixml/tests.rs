//! CLIXML as a whole: what is written comes back, and what is hostile does not hurt.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::lync::ps::{PsObject, PsValue};

/// Texts that mean something to XML, to PowerShell or to the escapes.
fn text() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "_x0027_",
        "_X005F_",
        "_",
        "x0041_",
        "'",
        "\u{2018}",
        "\u{201b}",
        "$(Get-Date)",
        "`n",
        "\r\n",
        "]]>",
        "&amp;",
        "<S>",
        "\0",
        "\u{1F600}",
        "\u{FFFF}",
        " ",
        "\"",
    ]);
    let piece = prop_oneof![hostile.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn primitive() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        any::<i8>().prop_map(Value::I8),
        any::<u8>().prop_map(Value::U8),
        any::<i16>().prop_map(Value::I16),
        any::<u16>().prop_map(Value::U16),
        any::<i32>().prop_map(Value::I32),
        any::<u32>().prop_map(Value::U32),
        any::<i64>().prop_map(Value::I64),
        any::<u64>().prop_map(Value::U64),
        any::<f32>().prop_filter("equal to itself", |n| !n.is_nan()).prop_map(Value::F32),
        any::<f64>().prop_filter("equal to itself", |n| !n.is_nan()).prop_map(Value::F64),
        "-?[0-9]{1,20}(\\.[0-9]{1,8})?".prop_map(|text| Value::Decimal(text.parse().expect("a decimal"))),
        any::<i64>().prop_map(|ticks| Value::TimeSpan(TimeSpan(ticks))),
        (-62_135_596_800_i64..253_000_000_000, 0..10_000_000_i32).prop_map(|(second, tick)| {
            Value::DateTime(Timestamp::new(second, tick * 100).expect("in range").into())
        }),
    ];
    let version = prop::collection::vec(any::<u32>(), 2..=4)
        .prop_map(|parts| parts.iter().map(u32::to_string).collect::<Vec<_>>().join("."));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u16>().prop_map(Value::Char),
        text().prop_map(Value::Text),
        text().prop_map(Value::Uri),
        text().prop_map(Value::Xml),
        text().prop_map(Value::ScriptBlock),
        numbers,
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        any::<u128>().prop_map(|id| Value::Guid(uuid::Uuid::from_u128(id))),
        version.prop_map(|text| Value::Version(text.parse().expect("a version"))),
        (text(), text(), any::<[i32; 4]>()).prop_map(|(activity, status, [id, parent, percent, left])| {
            Value::Progress(Box::new(ProgressRecord {
                activity_id: id,
                parent_activity_id: parent,
                percent_complete: percent,
                seconds_remaining: left,
                current_operation: (id > 0).then(|| status.clone()),
                kind: if left > 0 { ProgressKind::Completed } else { ProgressKind::Processing },
                ..ProgressRecord::new(&activity, &status)
            }))
        }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    primitive().prop_recursive(4, 40, 5, |inner| {
        let kinds = vec![ListKind::List, ListKind::Stack, ListKind::Queue, ListKind::Enumeration];
        let items = prop::collection::vec(inner.clone(), 0..4);
        let entries = prop::collection::vec((inner.clone(), inner.clone()), 0..3);
        let base = prop_oneof![
            Just(Base::Nothing),
            primitive().prop_map(|value| Base::Primitive(Box::new(value))),
            (prop::sample::select(kinds), items).prop_map(|(kind, items)| Base::List(kind, items)),
            entries.prop_map(Base::Dictionary),
        ];
        let properties = || prop::collection::vec((text(), inner.clone()), 0..4);
        let names = prop::collection::vec(prop_oneof![Just("System.Object".to_owned()), text()], 0..3);
        (names, prop::option::of(text()), base, properties(), properties()).prop_map(
            |(type_names, text, base, adapted, extended)| {
                Object { type_names, text, base, adapted, extended }.into()
            },
        )
    })
}

proptest! {
    #[test]
    fn what_is_written_comes_back(value in value()) {
        let text = encode(&value);
        prop_assert_eq!(decode(&text), Ok(value), "{}", text);
    }

    #[test]
    fn noise_does_not_panic(noise in "[<>/a-zA-Z0-9_=\" &;]{0,80}") {
        let _ = decode(&noise);
    }

    #[test]
    fn a_cut_text_is_an_error(value in value(), cut in 0.0..1.0_f64) {
        let text = encode(&value);
        let at = (text.len() as f64 * cut) as usize;
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        prop_assert!(decode(&text[..at]).is_err());
    }
}

fn object(inner: &str) -> String {
    format!("<Obj RefId=\"0\">{inner}</Obj>")
}

#[test]
fn references_lead_to_what_came_before() {
    let text = object(
        "<MS><Obj RefId=\"1\" N=\"a\"><TN RefId=\"0\"><T>T</T></TN><I32>7</I32></Obj>\
         <Ref RefId=\"1\" N=\"b\"/><Obj RefId=\"2\" N=\"c\"><TNRef RefId=\"0\"/></Obj></MS>",
    );
    let value = decode(&text).expect("readable");
    assert_eq!(value.get("b"), value.get("A"));
    assert_eq!(value.get("b").and_then(Value::as_i64), Some(7));
    assert!(value.get("c").and_then(Value::as_object).is_some_and(|object| object.is_a("T")));
}

#[test]
fn a_cycle_is_not_followed() {
    let value = decode(&object("<MS><Ref RefId=\"0\" N=\"parent\"/></MS>")).expect("readable");
    assert_eq!(value.get("parent"), Some(&Value::Back));
    assert_eq!(decode(&encode(&value)).expect("readable").get("parent"), Some(&Value::Null));
}

#[test]
fn references_to_nothing_are_refused() {
    for inner in ["<MS><Ref RefId=\"9\" N=\"a\"/></MS>", "<TNRef RefId=\"9\"/>"] {
        assert_eq!(decode(&object(inner)), Err(ClixmlError::UnknownReference("9".to_owned())));
    }
    assert!(matches!(decode("<Ref/>"), Err(ClixmlError::Malformed { .. })));
}

/// Each object holds the one before it ten times: 30 of them would be more than the universe holds.
#[test]
fn references_that_multiply_are_refused() {
    let row = |number: usize| {
        let before = (0..10).map(|_| format!("<Ref RefId=\"{}\"/>", number - 1)).collect::<String>();
        format!("<Obj RefId=\"{number}\"><LST>{before}</LST></Obj>")
    };
    let rows: String = (2..30).map(row).collect();
    let bomb = format!("<Obj RefId=\"0\"><LST><Obj RefId=\"1\"><LST><S>x</S></LST></Obj>{rows}</LST></Obj>");
    assert!(matches!(decode(&bomb), Err(ClixmlError::TooMuch { what: "bytes of memory", .. })));
}

/// Each object holds the one before it once: deep, though its text is flat.
#[test]
fn references_that_nest_are_refused() {
    let row =
        |number: usize| format!("<Obj RefId=\"{number}\"><LST><Ref RefId=\"{}\"/></LST></Obj>", number - 1);
    let rows: String = (2..2000).map(row).collect();
    let bomb = format!("<Obj RefId=\"0\"><LST><Obj RefId=\"1\"/>{rows}</LST></Obj>");
    assert!(matches!(decode(&bomb), Err(ClixmlError::TooMuch { what: "levels", .. })));
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |levels: usize| {
        let open = "<Obj><LST>".repeat(levels);
        format!("{open}<I32>1</I32>{}", "</LST></Obj>".repeat(levels))
    };
    assert!(decode(&nested(63)).is_ok());
    for levels in [64, 1_000, 100_000] {
        assert!(
            matches!(decode(&nested(levels)), Err(ClixmlError::TooMuch { what: "levels", .. })),
            "{levels}"
        );
    }
    let most = Limits { nodes: 100, bytes: 10_000, ..Limits::DEFAULT };
    let long = format!("<Obj><LST>{}</LST></Obj>", "<Nil/>".repeat(200));
    assert!(matches!(decode_within(&long, &most), Err(ClixmlError::TooMuch { what: "nodes", .. })));
    let large = format!("<S>{}</S>", "a".repeat(10_000));
    assert!(matches!(decode_within(&large, &most), Err(ClixmlError::TooMuch { what: "bytes", .. })));
}

#[test]
fn what_is_no_value_is_refused() {
    for text in [
        "",
        "x",
        "<S>",
        "<X/>",
        "<S><I32>1</I32></S>",
        "<I32>x</I32>",
        "<I32>2147483648</I32>",
        "<B>1</B>",
        "<C>a</C>",
        "<G>x</G>",
        "<BA>*</BA>",
        "<DT>now</DT>",
        "<TS>5s</TS>",
        "<Version>2</Version>",
        "<SS>*</SS>",
        "<PR><T>x</T></PR>",
        "<Obj><MS><S>nameless</S></MS></Obj>",
        "<Obj><DCT><S>x</S></DCT></Obj>",
        "<Obj><DCT><En><S N=\"Key\">k</S></En></DCT></Obj>",
        "<Obj><I32>1</I32><I32>2</I32></Obj>",
        "<Obj><Obj/></Obj>",
        "<S>&x;</S>",
        "<!DOCTYPE S [<!ENTITY x \"y\">]><S>&x;</S>",
    ] {
        assert!(decode(text).is_err(), "{text}");
    }
}

#[test]
fn what_powershell_keeps_among_properties_is_skipped() {
    let value = decode(&object("<MS><PropertySet N=\"p\"><S>x</S></PropertySet><S N=\"a\">b</S></MS>"));
    assert_eq!(value.expect("readable").get("a").and_then(Value::as_text), Some("b"));
}

/// The quotes of PowerShell, its escapes and its substitutions are letters like others.
#[test]
fn text_stays_text() {
    for hostile in
        ["pool1'; Remove-Item C:\\ -Recurse #", "\u{2018}\u{2019}\u{201a}\u{201b}", "`$(x)\n", "_x0027_"]
    {
        let text = encode(&Value::from(hostile));
        assert_eq!(decode(&text), Ok(Value::from(hostile)), "{text}");
        assert!(!text.contains('\n'));
    }
}

#[test]
fn a_row_of_lync_becomes_a_property_bag() {
    let wire = "<Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.Microsoft.Rtc.Management.Xds.DisplayEdgeServer</T>\
        <T>Deserialized.System.Object</T></TN><ToString>EdgeServer:edge1.contoso.com</ToString><Props>\
        <S N=\"Identity\">EdgeServer:edge1.contoso.com</S><I32 N=\"AccessEdgeInternalSipPort\">5061</I32>\
        <Obj N=\"PoolState\" RefId=\"1\"><TN RefId=\"1\"><T>Microsoft.Rtc.PoolState</T><T>System.Enum</T></TN>\
        <ToString>FailedOver</ToString><I32>2</I32></Obj>\
        <Obj N=\"Fqdn\" RefId=\"2\"><ToString>edge1.contoso.com</ToString></Obj>\
        <Obj N=\"Roles\" RefId=\"3\"><LST><S>Registrar</S><Obj RefId=\"4\"><ToString>UserServer</ToString></Obj></LST></Obj>\
        <TS N=\"Wait\">PT30M</TS><DT N=\"When\">2026-11-22T09:14:02Z</DT><Nil N=\"None\"/></Props>\
        <MS><S N=\"PSComputerName\">fe1</S><S N=\"identity\">shadowed</S></MS></Obj>";
    let rows = to_ps_objects(&decode(wire).expect("readable"));
    let at: Timestamp = "2026-11-22T09:14:02Z".parse().expect("valid");
    let expected = PsObject {
        text: Some("EdgeServer:edge1.contoso.com".to_owned()),
        ..PsObject::new("Microsoft.Rtc.Management.Xds.DisplayEdgeServer")
            .with("identity", "shadowed")
            .with("AccessEdgeInternalSipPort", 5061_i64)
            .with("PoolState", "FailedOver")
            .with("Fqdn", "edge1.contoso.com")
            .with("Roles", vec!["Registrar".into(), "UserServer".into()])
            .with("Wait", PsValue::Span(SignedDuration::from_mins(30)))
            .with("When", at)
            .with("None", PsValue::Null)
            .with("PSComputerName", "fe1")
    };
    assert_eq!(rows, [expected]);
}

#[test]
fn a_bare_value_of_the_output_is_an_object_with_a_text() {
    assert_eq!(to_ps_objects(&Value::from("a.b")), [PsObject::of_text("a.b")]);
    assert_eq!(to_ps_objects(&Value::Bool(true))[0].text.as_deref(), Some("True"));
    assert_eq!(to_ps_objects(&Value::Null), []);
    let list = Object::of_list(vec!["a".into(), Value::Null, "b".into()]);
    assert_eq!(to_ps_objects(&list.into()), [PsObject::of_text("a"), PsObject::of_text("b")]);
    let noted = "<Obj RefId=\"0\"><S>a</S><MS><S N=\"PSPath\">p</S></MS></Obj>";
    let noted = to_ps_objects(&decode(noted).expect("readable"));
    assert_eq!(noted, [PsObject::of_text("a").with("PSPath", "p")]);
}

#[test]
fn a_property_bag_survives_the_wire() {
    let module = PsObject::new("Module").with("Identity", "CentralMgmt.CMSMaster").with("Ok", true);
    let bag = PsObject { text: Some("text".to_owned()), ..PsObject::new("Type") }
        .with("Number", 1_i64 << 40)
        .with("Share", PsValue::Double(0.25))
        .with("Span", PsValue::Span(SignedDuration::from_secs(90)))
        .with("Time", "2026-11-22T09:14:02Z".parse::<Timestamp>().expect("valid"))
        .with("Modules", vec![module.into(), PsValue::Null])
        .with("Text", "a\n'b'_x0027_");
    for object in
        [bag, PsObject::of_text("plain"), PsObject { text: Some("<T/>".to_owned()), ..PsObject::new("X") }]
    {
        let wire = encode(&from_ps_object(&object));
        assert_eq!(to_ps_objects(&decode(&wire).expect("readable")), [object]);
    }
}
