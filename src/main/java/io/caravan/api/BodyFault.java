package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What is wrong with a place of a request's body.
 *
 * @param line the line, from 1, of a body of lines
 * @param index the element, from 0, of an array
 * @param field the field that is to blame, null where none is
 * @param reason the code that a dead letter would have (docs/dead-letters.md)
 * @param detail what is wrong, in words
 */
@JsonPropertyOrder({"line", "index", "field", "reason", "detail"})
@JsonInclude(JsonInclude.Include.NON_NULL)
record BodyFault(Integer line, Integer index, String field, String reason, String detail) {}
