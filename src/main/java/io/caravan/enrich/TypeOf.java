package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.registry.DeviceType;
import io.caravan.registry.DeviceTypes;

/** Which device type a message is of. Stateless. */
final class TypeOf {

    private TypeOf() {}

    /**
     * The type that the message names (unknown when the registry does not have it), else the one that its measurements
     * tell, else the one that the directory has for the device, else unknown.
     */
    static DeviceType message(DeviceTypes types, Decoded decoded, Device device) {
        if (decoded.deviceType() != null) {
            DeviceType named = types.find(decoded.deviceType());
            return named != null ? named : types.unknown();
        }
        DeviceType detected = types.detect(decoded.names());
        if (detected != types.unknown() || device == null || device.deviceType() == null) {
            return detected;
        }
        DeviceType registered = types.find(device.deviceType());
        return registered != null ? registered : detected;
    }
}
