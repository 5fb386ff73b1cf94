/** F2 smart controllers: the parameters by which frames of their sensors are decoded. */
package io.caravan.f2;
