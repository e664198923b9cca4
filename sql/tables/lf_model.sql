/*
doc: Langfuse's price list, with which it computes the cost of calls that were sent without one.
grain: one row per project and entry of the list
audience: none
feature: langfuse
key: [project, id]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  id: {type: text, doc: entry of the list}
  name: {type: text, doc: name of the model}
  match_pattern: {type: text, "null": true, doc: "regular expression that the model of a call must match; NULL where PostgreSQL cannot read it"}
  start_date: {type: timestamptz, "null": true, doc: calls before this time use another entry; NULL for all times}
  unit: {type: text, "null": true, doc: "what a price is for: TOKENS, CHARACTERS, IMAGES, SECONDS, ...; NULL means by usage type"}
  tokenizer: {type: text, "null": true, doc: "tokenizer by which Langfuse counts tokens that were not sent"}
  input_usd: {type: numeric, "null": true, doc: price of one unit of input in USD}
  output_usd: {type: numeric, "null": true, doc: price of one unit of output in USD}
  prices: {type: jsonb, doc: "USD per unit by usage type, of the standard tier"}
  tiers: {type: int, doc: "price tiers; more than one where the price depends on length or mode"}
  pricing_tiers: {type: jsonb, "null": true, doc: "the price tiers in the server's order: name, whether it is the standard one, priority, conditions, and USD per unit by usage type"}
  is_managed: {type: boolean, doc: whether Langfuse maintains the entry; otherwise somebody of the project added it}
*/
