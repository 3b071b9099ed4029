//! What `progenitor` understood of the document, read off the code that it generates: the method that a function calls,
//! the address that it formats, the query it adds, and the fields of the type that it takes as its body.

use std::collections::{BTreeMap, HashMap};

use progenitor_impl::{GenerationSettings, Generator};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMacro, ExprMethodCall, Fields, FnArg, ImplItemFn, Item, Lit, Pat, Type};

use crate::{Body, Call, Place};

/// All calls that `progenitor` makes of a document, by method and path.
pub(crate) fn calls(document: &openapiv3::OpenAPI) -> BTreeMap<String, Call> {
    let mut generator = Generator::new(&GenerationSettings::default());
    let tokens = generator.generate_tokens(document).unwrap();
    let file: syn::File = syn::parse2(tokens).unwrap();
    let types = types(&file);
    let methods = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) => Some(&item.items),
        _ => None,
    });
    let mut calls = BTreeMap::new();
    for method in methods.flatten() {
        // Operations are asynchronous; what else the client has is not.
        if let syn::ImplItem::Fn(method) = method
            && method.sig.asyncness.is_some()
            && let Some((key, call)) = read(method, &types)
        {
            assert!(calls.insert(key.clone(), call).is_none(), "{key} is there twice");
        }
    }
    calls
}

/// The structs and enums of the module `types`.
fn types(file: &syn::File) -> HashMap<String, &Item> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    let named = modules.flat_map(|(_, items)| items).filter_map(|item| match item {
        Item::Struct(it) => Some((it.ident.to_string(), item)),
        Item::Enum(it) => Some((it.ident.to_string(), item)),
        _ => None,
    });
    named.collect()
}

/// What the body of a function does.
#[derive(Default)]
struct Doings {
    method: Option<String>,
    address: Option<String>,
    in_path: Vec<String>,
    query: Vec<(String, String)>,
    sends_json: bool,
}

impl<'ast> Visit<'ast> for Doings {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        // `self.client.get(url)`, and `.json(&body)` some time later.
        if matches!(&*call.receiver, Expr::Field(it) if it.to_token_stream().to_string() == "self . client") {
            self.method = Some(call.method.to_string().to_uppercase());
        }
        self.sends_json |= call.method == "json";
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if call.func.to_token_stream().to_string().ends_with("QueryParam :: new") {
            let Some(Expr::Lit(name)) = call.args.first() else { panic!("a query without a name") };
            let Lit::Str(name) = &name.lit else { panic!("a query whose name is no text") };
            self.query.push((name.value(), variable(&call.args[1])));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_macro(&mut self, call: &'ast ExprMacro) {
        if call.mac.path.is_ident("format") {
            let arguments =
                call.mac.parse_body_with(Punctuated::<Expr, syn::Token![,]>::parse_terminated).unwrap();
            let mut arguments = arguments.iter();
            let Some(Expr::Lit(text)) = arguments.next() else { panic!("an address without a text") };
            let Lit::Str(text) = &text.lit else { panic!("an address that is no text") };
            self.address = text.value().strip_prefix("{}").map(str::to_owned);
            // The first is the server.
            self.in_path = arguments.skip(1).map(variable).collect();
        }
    }
}

/// The variable in an expression such as `&limit` or `encode_path(&user_id.to_string())`.
fn variable(expression: &Expr) -> String {
    match expression {
        Expr::Reference(it) => variable(&it.expr),
        Expr::MethodCall(it) => variable(&it.receiver),
        Expr::Call(it) => variable(&it.args[0]),
        other => other.to_token_stream().to_string(),
    }
}

fn read(method: &ImplItemFn, types: &HashMap<String, &Item>) -> Option<(String, Call)> {
    let mut doings = Doings::default();
    doings.visit_block(&method.block);
    let (verb, address) = (doings.method?, doings.address?);
    let arguments: HashMap<String, &Type> = method
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(name) => Some((name.ident.to_string(), &*argument.ty)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let required = |variable: &str| !is_option(arguments[variable]);

    let template = documented_path(method);
    let holes: Vec<&str> = template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    let blank = holes.iter().fold(template.clone(), |text, hole| text.replace(&format!("{{{hole}}}"), "{}"));
    assert_eq!(blank, address, "the address that is formatted is the one that is documented");
    assert_eq!(holes.len(), doings.in_path.len(), "{template}");

    let mut parameters = BTreeMap::new();
    for (hole, variable) in holes.iter().zip(&doings.in_path) {
        parameters.insert((Place::Path, (*hole).to_owned()), required(variable));
    }
    for (name, variable) in &doings.query {
        parameters.insert((Place::Query, name.clone()), required(variable));
    }
    assert_eq!(
        parameters.len() + usize::from(doings.sends_json),
        arguments.len(),
        "{template}: every argument goes somewhere"
    );
    let body = doings.sends_json.then(|| body(arguments["body"], types));
    Some((format!("{verb} {template}"), Call { parameters, body }))
}

/// The path template in the first line of the documentation, which has the names that the document has.
fn documented_path(method: &ImplItemFn) -> String {
    let documentation = method.attrs.iter().find(|it| it.path().is_ident("doc")).unwrap();
    let text = documentation.to_token_stream().to_string();
    let (_, rest) = text.split_once("request to `").unwrap();
    rest.split('`').next().unwrap().to_owned()
}

fn is_option(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Option")
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Reference(it) => last_segment(&it.elem),
        Type::Path(it) => it.path.segments.last(),
        _ => None,
    }
}

fn body(ty: &Type, types: &HashMap<String, &Item>) -> Body {
    let segment = last_segment(ty).unwrap();
    let name = segment.ident.to_string();
    match types.get(&name) {
        _ if name == "Vec" => Body::List,
        Some(Item::Struct(it)) => match &it.fields {
            Fields::Named(_) => Body::Fields(fields(&it.fields)),
            // A type around another one.
            Fields::Unnamed(inner) => body(&inner.unnamed[0].ty, types),
            Fields::Unit => Body::Other,
        },
        // One of several objects: what any of them has, and what all of them require.
        Some(Item::Enum(it)) => {
            let variants: Vec<BTreeMap<String, bool>> =
                it.variants.iter().map(|it| fields(&it.fields)).collect();
            let mut all: BTreeMap<String, bool> = BTreeMap::new();
            for name in variants.iter().flat_map(BTreeMap::keys) {
                all.insert(name.clone(), variants.iter().all(|variant| variant.get(name) == Some(&true)));
            }
            Body::Fields(all)
        }
        _ => Body::Other,
    }
}

/// Fields by their names on the wire, and whether they must be there.
fn fields(fields: &Fields) -> BTreeMap<String, bool> {
    let mut read = BTreeMap::new();
    for field in fields {
        let mut name = field.ident.as_ref().unwrap().to_string();
        let mut required = true;
        for attribute in field.attrs.iter().filter(|it| it.path().is_ident("serde")) {
            attribute
                .parse_nested_meta(|meta| {
                    let value = match meta.value() {
                        Ok(value) => value.parse::<syn::LitStr>()?.value(),
                        Err(_) => String::new(),
                    };
                    match meta.path.get_ident().map(ToString::to_string).as_deref() {
                        Some("rename") => name = value,
                        Some("default" | "skip_serializing_if") => required = false,
                        _ => {}
                    }
                    Ok(())
                })
                .unwrap();
        }
        read.insert(name, required);
    }
    read
}
