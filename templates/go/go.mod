module revento-integration

go 1.19
