// op.rs
impl Operation for ListThings {
    type Output = Page<String>;
    const META: &'static Meta = &Meta::get("ListThings", "/things", VERSION).bounds(&[Bound::number("limit", Some(1), Some(500)), Bound::number("offset", Some(0), None), Bound::number("page", Some(1), Some(8)), Bound::items("ids", Some(1), Some(9)), Bound::characters("ids[]", None, Some(40))]);
}
// op.rs
impl Operation for CreateThing {
    type Output = ();
    const META: &'static Meta = &Meta::post("CreateThing", "/things", VERSION).body(BodyKind::RequiredJson).bounds(&[Bound::characters("name", Some(1), Some(80)), Bound::above("ratio", 0), Bound::number("ratio", None, Some(1)), Bound::characters("part.label", None, Some(3)), Bound::items("part.parts", None, Some(2)), Bound::number("rules[].rank", Some(1), None), Bound::characters("tags[]", Some(1), None)]);
}
// op.rs
impl Operation for CreateThings {
    type Output = ();
    const META: &'static Meta = &Meta::post("CreateThings", "/things/bulk", VERSION).body(BodyKind::RequiredJson).bounds(&[Bound::items("", Some(1), Some(10)), Bound::characters("[].label", None, Some(3)), Bound::items("[].parts", None, Some(2))]);
}
