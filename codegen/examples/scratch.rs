use clerk_codegen::model::*;
use std::collections::*;
fn main(){
 let a: Vec<Api> = std::env::args().skip(1).map(|p| clerk_codegen::read(&std::fs::read(&p).unwrap()).unwrap()).collect();
 let (new, old) = (&a[0], &a[1]);
 let n: HashMap<&str,&Operation> = new.operations.iter().map(|o|(o.id.as_str(),o)).collect();
 for o in &old.operations { match n.get(o.id.as_str()) { None=>println!("gone {} {}().{}", o.id,o.resource,o.method_name), Some(x)=>{ if (&x.resource,&x.method_name)!=(&o.resource,&o.method_name){println!("name {} {}.{} vs {}.{}",o.id,o.resource,o.method_name,x.resource,x.method_name)} 
   let f=|o:&Operation|o.all_arguments().map(|a|(a.wire.clone(),a.ident.clone())).collect::<BTreeMap<_,_>>();
   let (p,q)=(f(o),f(x)); for (k,v) in &p { if let Some(w)=q.get(k){ if w!=v {println!("arg {} {k} {v} {w}",o.id)} } } } } }
 let names: HashSet<&str> = new.types.iter().map(|t|t.name.as_str()).collect();
 println!("only old: {:?}", old.types.iter().filter(|t|!names.contains(t.name.as_str())).map(|t|format!("{} {}",t.name,t.pointer)).collect::<Vec<_>>());
 let tags=|a:&Api| a.types.iter().find(|t|t.name=="ObjectType").map(|t| match &t.kind{TypeKind::Enum(v)=>v.iter().map(|v|v.wire.clone()).collect::<BTreeSet<_>>(),_=>BTreeSet::new()}).unwrap_or_default();
 println!("tags only old {:?}", tags(old).difference(&tags(new)).collect::<Vec<_>>());
}
