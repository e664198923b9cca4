/*
doc: Key of user_hash(). Made once, readable by the owner only; without it hashes cannot be made or compared.
grain: one row per key
audience: none
key: [name]
columns:
  name: {type: text, doc: what the key is for}
  key: {type: bytea, doc: "the key, 32 random bytes"}
  inner_pad: {type: bytea, doc: "the key xor 0x36, padded to 64 bytes (RFC 2104)"}
  outer_pad: {type: bytea, doc: "the key xor 0x5c, padded to 64 bytes (RFC 2104)"}
  made_at: {type: timestamptz, doc: when it was made}
*/
