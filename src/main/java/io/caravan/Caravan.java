package io.caravan;

public final class Caravan {
    private Caravan() {}

    public static void main(String[] args) {}
}
