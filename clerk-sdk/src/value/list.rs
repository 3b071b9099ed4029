//! Arguments that are lists: arrays, slices, vectors and iterators of what an item can be made of.

use std::borrow::Cow;

use super::Field;

/// A list, for arguments that take several values: an array, a `Vec`, a slice, or any other iterable.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of `{T}`",
    label = "expected a list, such as `[\"a\", \"b\"]` or a `Vec`",
    note = "for a single value, write it in brackets: `[value]`"
)]
pub trait IntoList<T> {
    /// Returns the items of the list.
    fn into_list(self) -> Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T, I: IntoIterator<Item: IntoItem<T>>> IntoList<T> for I {
    fn into_list(self) -> Vec<T> {
        self.into_iter().map(IntoItem::into_item).collect()
    }
}

/// An item of a list of `T`. A `char` is not an item of a list of texts, so the characters of a text are not such a list.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an item of a list of `{T}`")]
pub trait IntoItem<T> {
    /// Returns the item.
    fn into_item(self) -> T;
}

impl<T: Field> IntoItem<T> for T {
    fn into_item(self) -> T {
        self
    }
}

/// Text, for strings and for enums of them.
impl<'a, T: From<&'a str>> IntoItem<T> for &'a str {
    fn into_item(self) -> T {
        T::from(self)
    }
}

/// Says which further types are items of a list.
macro_rules! into_item {
    ($($target:ty: $($from:ty),*;)*) => {$($(
        impl $crate::value::IntoItem<$target> for $from {
            #[inline]
            fn into_item(self) -> $target {
                <$target>::from(self)
            }
        }
    )*)*};
}
pub(crate) use into_item;

into_item! {
    String: &String, Cow<'_, str>, Box<str>;
}

impl IntoItem<String> for &&str {
    fn into_item(self) -> String {
        (*self).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: impl IntoList<String>) -> Vec<String> {
        list.into_list()
    }

    #[test]
    fn arrays_slices_vectors_and_iterators_are_lists() {
        let expected = ["a", "b"];
        let owned: Vec<String> = expected.map(str::to_owned).to_vec();
        assert_eq!(texts(expected), expected);
        assert_eq!(texts(expected.as_slice()), expected);
        assert_eq!(texts(expected.iter().map(|text| Cow::Borrowed(*text))), expected);
        assert_eq!(texts(&owned), expected);
        assert_eq!(texts(owned), expected);
        assert_eq!(texts(Some("a")), ["a"]);
    }
}
