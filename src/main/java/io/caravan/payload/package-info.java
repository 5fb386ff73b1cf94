/** Reads payloads that are no JSON as the JSON that they say: text of several forms, and frames of bytes. */
package io.caravan.payload;
