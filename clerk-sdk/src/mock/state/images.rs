//! Pictures that were uploaded, which the server gives out again at their URLs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Call, Object, State, fields};

/// The table of pictures.
pub(super) const IMAGE: &str = "image";
/// The fields of objects that hold the URL of a picture.
const URLS: &[&str] = &["image_url", "profile_image_url", "client_image_url"];
/// Where they are on the server.
pub(in crate::mock) const PICTURES: &str = "/images/";

impl State {
    /// Keeps the picture that a request brought as that of the object of this id, in place of the one before, and gives
    /// its URL. Of a picture that is too large to be kept, the URL leads nowhere.
    pub(super) fn keep_image(&mut self, call: &Call<'_>, owner: &str) -> String {
        self.forget_image(owner);
        let id = self.ids.prefixed("img");
        let url = format!("{}{PICTURES}{id}", self.origin);
        if let Some(file) = call.file.filter(|file| file.size == file.content.len() as u64) {
            let kind = file.content_type.as_deref().filter(|kind| !kind.is_empty());
            let mut image = Object::default();
            fields!(image, {
                "id": id, "owner": owner, "type": kind.unwrap_or("application/octet-stream"),
                "content": STANDARD.encode(&file.content),
            });
            self.table_mut(IMAGE).insert(image);
        }
        url
    }

    /// The picture of this object is given out no more.
    pub(super) fn forget_image(&mut self, owner: &str) {
        self.table_mut(IMAGE).retain(|image| image["owner"] != owner);
    }

    /// The content type and the bytes of a picture.
    pub(in crate::mock) fn image(&self, id: &str) -> Option<(String, Bytes)> {
        let image = self.table(IMAGE)?.get(id)?;
        let content = STANDARD.decode(image.text("content")).ok()?;
        Some((image.text("type").to_owned(), content.into()))
    }

    /// The server is at this origin; pictures that were at another one are here now.
    pub(in crate::mock) fn move_to(&mut self, origin: String) {
        let before = std::mem::replace(&mut self.origin, origin);
        if before.is_empty() || before == self.origin {
            return;
        }
        let moved = |url: &Value| {
            let path = url.as_str()?.strip_prefix(&before)?.to_owned();
            path.starts_with(PICTURES).then_some(path)
        };
        let origin = self.origin.clone();
        for (_, table) in self.tables_mut() {
            let is_moved = |object: &Object| URLS.iter().any(|field| moved(&object[*field]).is_some());
            table.change(is_moved, |object| {
                for field in URLS {
                    if let Some(path) = moved(&object[*field]) {
                        object.insert((*field).to_owned(), json!(format!("{origin}{path}")));
                    }
                }
            });
        }
    }
}
