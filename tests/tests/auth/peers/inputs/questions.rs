//! What a user may do: many tokens, many questions.

use serde_json::{Value, json};

use super::{Input, Token, has};

pub fn inputs() -> Vec<Input> {
    let (roles, permissions, entitled) =
        (asked("role", &roles()), asked("permission", &permissions()), entitlements());
    [
        each(&organizations(), &[roles, permissions, several()].concat(), &[json!({})]),
        each(&billing(), &entitled, &[json!({})]),
        each(&verifications(), &reverifications(), &[json!({})]),
        each(&pending(), &one_of_each(), &[json!({}), json!({"accept_pending": true})]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn each(tokens: &Value, questions: &[Value], settings: &[Value]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for changes in tokens.as_array().unwrap() {
        let token = Token::session(changes.clone());
        for question in questions {
            for settings in settings {
                inputs.push(has(
                    format!("{changes} has {question}, {settings}"),
                    &token,
                    question,
                    settings.clone(),
                ));
            }
        }
    }
    inputs
}

fn asked(kind: &str, values: &Value) -> Vec<Value> {
    values.as_array().unwrap().iter().map(|value| json!({ kind: value })).collect()
}

fn roles() -> Value {
    json!([
        "admin",
        "org:admin",
        "org:org:admin",
        "member",
        "",
        "org:",
        "Admin",
        "org:Admin",
        "user:admin",
        1,
        null
    ])
}

fn permissions() -> Value {
    json!([
        "org:a:x",
        "a:x",
        "org:org:a:x",
        "org:a:y",
        "org:b:x",
        "b:x",
        "org:b:y",
        "a",
        "x",
        "",
        "org:",
        "org:a:",
        "org::x",
        "org:A:x",
        "user:a:x",
        "org:a:x:y",
        "org:a:z64",
        null,
        ["org:a:x"]
    ])
}

fn entitlements() -> Vec<Value> {
    let names = json!([
        "pro",
        "org:pro",
        "organization:pro",
        "o:pro",
        "user:pro",
        "u:pro",
        "ou:pro",
        "x:pro",
        ":pro",
        "pro:",
        "org:",
        "org",
        "",
        ":",
        "free",
        "Pro",
        " pro",
        "org:pro:x",
        "a:b",
        "org:a:b",
        1,
        null
    ]);
    [asked("feature", &names), asked("plan", &names)].concat()
}

/// Two versions, with and without an active organization, well made and not.
fn organizations() -> Value {
    let version_1 = json!([
        {"org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:x", "org:b:y"]},
        {"org_id": "org_1", "org_role": "admin", "org_permissions": ["a:x", "b:y"]},
        {"org_id": "org_1", "org_role": "org:org:admin", "org_permissions": []},
        {"org_id": "org_1", "org_role": "", "org_permissions": [""]},
        {"org_id": "org_1", "org_role": ["admin"], "org_permissions": "org:a:x"},
        {"org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:x", 1, null]},
        {"org_id": "org_1", "org_role": "org:", "org_permissions": ["org:"]},
        {"org_id": "", "org_role": "org:admin", "org_permissions": ["org:a:x"]},
        {"org_id": 1, "org_role": "org:admin", "org_permissions": ["org:a:x"]},
        {"org_role": "org:admin", "org_permissions": ["org:a:x"]},
        {"o": {"id": "org_1", "rol": "admin", "per": "x", "fpm": "1"}, "fea": "o:a"},
    ]);
    let version_2 = json!([
        {}, {"o": {"id": "org_1"}}, {"o": {"rol": "admin"}}, {"o": {"id": "", "rol": "admin"}}, {"o": "x"}, {"o": []},
        {"o": {"id": 1, "rol": "admin"}}, {"o": {"id": "org_1", "rol": "admin"}}, {"o": {"id": "org_1", "rol": ""}},
        {"o": {"id": "org_1", "rol": "org:admin"}}, {"o": {"id": "org_1", "rol": "org:"}}, {"o": {"id": "org_1", "rol": 1}},
        {"o": {"id": "org_1", "rol": ["admin"]}},
        {"org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:x"]},
        {"o": {"id": "org_1", "rol": "member"}, "org_id": "org_2", "org_role": "org:admin", "org_permissions": ["org:a:x"]},
    ]);
    let many: Vec<String> = (0..70).map(|bit| format!("z{bit}")).collect();
    let maps = json!([
        ["o:a", "x,y", "3"],
        ["o:a", "x,y", "1"],
        ["o:a", "x,y", "2"],
        ["o:a,o:b", "x,y", "1,2"],
        ["o:a,o:b", "x,y", "3"],
        ["u:s,o:a", "x,y", "3"],
        ["u:s,o:a", "x,y", "0,3"],
        ["o:a,u:s", "x,y", "3,3"],
        ["u:a,o:a", "x,y", "1,2"],
        ["ou:a", "x", "1"],
        ["uo:a", "x", "1"],
        ["org:a", "x", "1"],
        ["oo:a", "x", "1"],
        ["u:a", "x", "1"],
        [":a", "x", "1"],
        ["a", "x", "1"],
        ["a,o:a", "x", "1,1"],
        ["o:a,b", "x", "1"],
        ["", "x", "1"],
        ["o:", "x", "1"],
        ["o:a:b", "x", "1"],
        [" o:a , o:b ", " x , y ", " 1 , 2 "],
        ["o:a", "", "1"],
        ["o:a", "x", ""],
        ["o:a", "x,", "3"],
        ["o:a", ",x", "2"],
        ["o:a", "x", "-1"],
        ["o:a", "x", "+1"],
        ["o:a", "x", "1.0"],
        ["o:a", "x", "1e0"],
        ["o:a", "x", "0x1"],
        ["o:a", "x", "0b1"],
        ["o:a", "x", "1_1"],
        ["o:a", "x", "١"],
        ["o:a", "x", "１"],
        ["o:a", "x", "01"],
        ["o:a", "x", "x"],
        ["o:a", "x", 1],
        ["o:a", ["x"], "1"],
        [["o:a"], "x", "1"],
        ["o:a", "x", "9007199254740993"],
        ["o:a", "x", "18446744073709551617"],
        ["o:a", "x", "18446744073709551616"],
        ["o:a", many.join(","), "18446744073709551616"],
        ["o:a,o:a", "x,y", "1,2"],
        ["o:a,,o:b", "x", "1,1,1"],
        ["o:A", "x", "1"],
        ["o:org:a", "x", "1"],
        [null, "x", "1"],
        ["o:a", null, "1"],
        ["o:a", "x", null],
    ]);
    let mut tokens = Vec::new();
    for token in version_1.as_array().unwrap() {
        for version in [json!(null), json!(1), json!("2"), json!(3), json!(true)] {
            let mut token = token.clone();
            token["v"] = version;
            tokens.push(token);
        }
    }
    tokens.extend(version_2.as_array().unwrap().iter().cloned());
    for map in maps.as_array().unwrap() {
        let o = json!({"id": "org_1", "rol": "admin", "per": map[1], "fpm": map[2]});
        tokens.push(json!({"o": o, "fea": map[0], "v": 2.0}));
    }
    tokens.into()
}

/// Features and plans.
fn billing() -> Value {
    let lists = json!([
        "o:pro",
        "u:pro",
        "ou:pro",
        "uo:pro",
        "u:free,o:pro",
        "o:free,u:pro",
        "pro",
        "pro,o:pro",
        "x:pro",
        "org:pro",
        ":pro",
        "o:",
        "u:",
        "o:pro,",
        " o:pro , u:free ",
        "O:pro",
        "o:Pro",
        "o:pro:x",
        "o:a:b",
        "o:org",
        "",
        1,
        null,
        ["o:pro"],
        {},
    ]);
    let mut tokens = Vec::new();
    for list in lists.as_array().unwrap() {
        for version in [json!(2), json!(null)] {
            tokens
                .push(json!({"fea": list, "pla": list, "v": version, "o": {"id": "org_1", "rol": "admin"}}));
        }
    }
    tokens.into()
}

fn verifications() -> Value {
    let ages = json!([
        null, [], [0], [0, 0], [-1, -1], [0, -1], [-1, 0], [5, 5], [9, 10], [10, 9], [9.9, -1], [10, 10], ["1", "2"], [0, 0, 0],
        [-2, 0], [0, -2], [-0.5, 0], [1e9, 0], [59, 60], [1439, 1440], [1440, -1], [-1, 1440], "x", {"0": 0, "1": 0}, [null, 0],
        [0, null], [true, true], [1e300, -1], [0.001, 0.001], 0, 1, true,
    ]);
    ages.as_array().unwrap().iter().map(|ages| json!({ "fva": ages })).collect()
}

fn reverifications() -> Vec<Value> {
    let mut questions = asked(
        "reverification",
        &json!(["strict_mfa", "strict", "moderate", "lax", "x", "", 1, null, [], {}, true]),
    );
    for level in ["first_factor", "second_factor", "multi_factor", "x"] {
        for minutes in [
            json!(1),
            json!(10),
            json!(60),
            json!(0.5),
            json!(0),
            json!(-1),
            json!("5"),
            json!(null),
            json!(1e6),
        ] {
            questions.push(json!({"reverification": {"level": level, "afterMinutes": minutes}}));
        }
    }
    questions
}

fn pending() -> Value {
    let rights = json!({"o": {"id": "org_1", "rol": "admin", "per": "x", "fpm": "1"}, "fea": "o:a", "pla": "u:pro", "fva": [0, 0]});
    let states = json!(["pending", "active", "Pending", "", null, true, ["pending"]]);
    states
        .as_array()
        .unwrap()
        .iter()
        .map(|state| crate::common::merged(rights.clone(), json!({ "sts": state })))
        .collect()
}

fn one_of_each() -> Vec<Value> {
    let questions = json!([{"role": "admin"}, {"permission": "org:a:x"}, {"feature": "a"}, {"plan": "pro"}, {"reverification": "strict"},
                           {"reverification": {"level": "first_factor", "afterMinutes": 1}}, {}]);
    questions.as_array().unwrap().clone()
}

/// More than one thing is asked for, or nothing, or what nobody knows.
fn several() -> Vec<Value> {
    let questions = json!([{"role": "admin", "permission": "org:a:x"}, {"role": "admin", "permission": "org:b:y"},
                           {"role": "member", "permission": "org:a:x"}, {"role": "admin", "feature": "a"}, {"role": "admin", "plan": "x"},
                           {}, {"unknown": "x"}]);
    questions.as_array().unwrap().clone()
}
