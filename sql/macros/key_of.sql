-- table:   key_of
-- purpose: A 64-bit key of a text: the first 16 hexadecimal digits of its SHA-256.
-- grain:   a scalar: NULL where the text is
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro key_of(key_text) as ('0x' || left(sha256(key_text), 16))::ubigint;
